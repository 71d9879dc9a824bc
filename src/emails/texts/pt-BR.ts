import type { Texts } from './en.ts';

/** What the mails say, in the Portuguese of Brazil. */
export const ptBR: Texts = {
  greeting: (name) => `Olá, ${name}!`,
  support: (number) => `Dúvidas? Escreva para nós e informe o número do pedido, ${number}:`,
  supportSubject: (number) => `Pedido ${number}`,
  footer: (store) => `Você recebeu este e-mail por causa do seu pedido na loja ${store}.`,
  labels: {
    order: 'Pedido',
    placed: 'Feito em',
    items: 'Itens',
    parcelItems: 'Neste pacote',
    partItems: 'Nesta parte do pedido',
    subtotal: 'Subtotal',
    discount: 'Desconto',
    shipping: 'Frete',
    tax: 'Impostos',
    total: 'Total',
    shippingAddress: 'Endereço de entrega',
    billingAddress: 'Endereço de cobrança',
    carrier: 'Transportadora',
    trackingNumber: 'Código de rastreio',
    reason: 'Motivo',
    track: 'Rastrear o pacote',
    payAgain: 'Pagar agora',
  },
  confirmation: {
    subject: (number) => `Seu pedido ${number} está confirmado`,
    preheader: (total) => `Obrigado! O total é ${total}.`,
    heading: 'Seu pedido está confirmado',
    lead: 'Obrigado pela compra. Seus itens estão reservados e já estamos preparando o pedido.',
    payment: {
      approved: (amount) => `Seu pagamento de ${amount} foi aprovado.`,
      received: (amount) => `Recebemos seu pagamento de ${amount}.`,
      onDelivery: (amount) => `Tenha ${amount} em mãos: o pagamento é feito na entrega.`,
      returned: (amount) => `Seu pagamento de ${amount} foi devolvido.`,
    },
  },
  paymentFailed: {
    subject: (number) => `O pagamento do seu pedido ${number} falhou`,
    preheader: (total) => `Não foi possível cobrar ${total}.`,
    heading: 'Seu pagamento não foi concluído',
    lead: (total) => `Não conseguimos cobrar ${total} pelo seu pedido.`,
    why: {
      insufficient_funds: 'Segundo o seu banco, a conta não tem saldo suficiente.',
      expired_card: 'O cartão está vencido.',
      incorrect_cvc: 'O código de segurança do cartão não está correto.',
      authentication_required: 'Seu banco pediu que você confirmasse o pagamento, e ele não foi confirmado.',
      lapsed: 'A aprovação do seu banco expirou ou foi retirada.',
      declined: 'O pagamento foi recusado. Seu banco pode informar o motivo.',
    },
    unpaid: 'Nada será enviado enquanto o pedido não for pago.',
    payAgain: 'Você pode pagar aqui, com o mesmo cartão ou com outro:',
    askUs: 'Para pagar de outra forma, escreva para o endereço abaixo e nós ajudamos você.',
    settled: 'O pagamento já foi feito depois disso; não é preciso fazer mais nada.',
    closed: 'O pedido foi encerrado depois disso; não há mais nada a pagar.',
  },
  shipped: {
    subject: (number) => `Seu pedido ${number} está a caminho`,
    partSubject: (number, part) => `O pacote ${part} do seu pedido ${number} está a caminho`,
    part: (no, of) => `${no} de ${of}`,
    preheader: (carrier) => `Entregue à transportadora ${carrier}.`,
    preheaderNoCarrier: 'Seu pacote já saiu.',
    heading: 'Seu pacote está a caminho',
    lead: (date) => `Seu pacote saiu em ${date}.`,
    others: 'Os outros pacotes do seu pedido seguem separados; você recebe um e-mail para cada um.',
    noTracking: 'Este pacote segue sem código de rastreio.',
  },
  delivered: {
    subject: (number) => `Seu pedido ${number} foi entregue`,
    preheader: 'Tudo o que você pediu já chegou.',
    heading: 'Seu pedido foi entregue',
    lead: 'Tudo o que você pediu já chegou até você. Esperamos que goste!',
    missing: 'Se algo estiver faltando ou danificado, escreva para nós e resolveremos.',
  },
  cancelled: {
    subject: (number) => `Seu pedido ${number} foi cancelado`,
    preheader: 'Neste e-mail explicamos o que acontece com o seu dinheiro.',
    heading: 'Seu pedido foi cancelado',
    lead: 'Seu pedido foi cancelado. Nada mais será enviado.',
    failedSubject: (number) => `Não foi possível concluir seu pedido ${number}`,
    failedHeading: 'Não foi possível concluir seu pedido',
    failedLead: 'Sentimos muito: não conseguimos concluir seu pedido e o encerramos.',
    reasons: {
      notPaidInTime: 'O pagamento não chegou a tempo.',
    },
    money: {
      nothingCharged: 'Nada foi cobrado e não há nada a pagar.',
      voided: (amount) =>
        `Nada foi cobrado. O valor de ${amount} reservado no seu cartão foi liberado; alguns bancos levam alguns dias para mostrar isso.`,
      willBeVoided: (amount) =>
        `Nada será cobrado. O valor de ${amount} reservado no seu cartão está sendo liberado; alguns bancos levam alguns dias para mostrar isso.`,
      refunded: (amount) =>
        `Reembolsamos ${amount} no cartão ou na conta usada no pagamento. Os bancos levam de 5 a 10 dias para mostrar o valor.`,
      willBeRefunded: (amount) =>
        `Estamos reembolsando ${amount} no cartão ou na conta usada no pagamento. Os bancos levam de 5 a 10 dias para mostrar o valor.`,
      byTransfer: (amount) =>
        `Vamos devolver ${amount} a você por transferência bancária. Se ainda não informou a conta, escreva para nós.`,
      returnedByTransfer: (amount) => `Devolvemos ${amount} a você por transferência bancária.`,
    },
  },
  delay: {
    subject: (number) => `Seu pedido ${number} está atrasado`,
    preheader: 'Vai demorar mais do que o previsto. Pedimos desculpas.',
    heading: 'Seu pedido vai demorar mais do que o previsto',
    notShipped: (date) => `Pretendíamos enviar seu pacote até ${date} e não conseguimos. Pedimos desculpas.`,
    notProvided: (date) =>
      `Pretendíamos ter esta parte do seu pedido pronta até ${date} e não conseguimos. Pedimos desculpas.`,
    notDelivered: (date) => `Seu pacote saiu em ${date} e está demorando mais do que deveria. Pedimos desculpas.`,
    next: {
      waiting: 'Escrevemos de novo assim que ele sair. Se preferir não esperar, escreva para nós.',
      preparing: 'Ainda estamos cuidando disso. Se preferir não esperar, escreva para nós.',
      travelling:
        'Estamos acompanhando o rastreio. Se não houver novidades por alguns dias, escreva para nós e vamos procurar o pacote.',
      left: 'Ele já saiu depois disso e está a caminho.',
      arrived: 'Ele já chegou depois disso.',
      cancelled: 'Ele foi cancelado depois disso e não será enviado.',
    },
  },
};
