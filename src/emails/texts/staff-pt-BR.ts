import type { ExceptionKind } from '../../domain/order.ts';
import { type StaffTexts, staffEn } from './staff-en.ts';

/** What mails to staff say, in Brazilian Portuguese. The summary of an exception is shown as it was recorded. */

const KINDS: Readonly<Record<ExceptionKind, { readonly title: string; readonly cost: string }>> = {
  payment_failed: {
    title: 'O pagamento falhou',
    cost: 'O pedido não é separado, e um comprador a quem ninguém pede de novo compra em outro lugar.',
  },
  payment_mismatch: {
    title: 'O pagamento e o pedido divergem',
    cost: 'Pode haver dinheiro retido que não pertence a nenhum pedido, e o pedido não anda.',
  },
  authorization_expiring: {
    title: 'A autorização do cartão está prestes a expirar',
    cost: 'Quando a autorização expira, o dinheiro deixa de ser garantido e o comprador precisa pagar de novo.',
  },
  refund_due: {
    title: 'É preciso devolver dinheiro manualmente',
    cost: 'O comprador espera pelo próprio dinheiro e pode contestar o pagamento no banco.',
  },
  stock_out: {
    title: 'Falta estoque',
    cost: 'O comprador espera por produtos que ninguém lhe prometeu, e o prazo da autorização do cartão corre.',
  },
  bad_address: {
    title: 'A transportadora não aceita o endereço',
    cost: 'Estoque e dinheiro ficam retidos enquanto nenhum pacote pode sair.',
  },
  label_failed: {
    title: 'Não foi possível comprar a etiqueta',
    cost: 'Produtos separados ficam no depósito e perdem o dia em que deveriam sair.',
  },
  delivery_failed: {
    title: 'A transportadora não conseguiu entregar o pacote',
    cost: 'A transportadora devolve o pacote depois de alguns dias, e o frete é pago duas vezes.',
  },
  fraud: {
    title: 'O pedido parece fraude',
    cost: 'Estoque e autorização ficam retidos; um comprador honesto espera, e o banco pode avisar ou estornar antes.',
  },
  parcel_late: {
    title: 'Um pacote está atrasado',
    cost: 'O comprador espera além do dia prometido e pergunta, cancela ou contesta.',
  },
  parcel_stalled: {
    title: 'Um pacote está parado',
    cost: 'Um pacote perdido é procurado em vão mais tarde, e o comprador espera por ele enquanto isso.',
  },
  parcel_lost: {
    title: 'Um pacote parece perdido',
    cost: 'O comprador não tem produto nem dinheiro, e a transportadora só aceita reclamações por tempo limitado.',
  },
  overdue_acknowledgement: {
    title: 'Um vendedor não aceitou os seus itens a tempo',
    cost: 'Os itens desse vendedor não são separados, e o dia prometido se aproxima.',
  },
  cancellation_requested: {
    title: 'Um vendedor pede para cancelar os seus itens',
    cost: 'O comprador espera por produtos que talvez nunca cheguem e fica sabendo tarde demais para comprar em outro lugar.',
  },
  return_label_failed: {
    title: 'Não foi possível comprar a etiqueta de uma devolução',
    cost: 'O comprador ainda não sabe que a devolução foi aceita, e o prazo para devolver corre.',
  },
  refund_failed: {
    title: 'O dinheiro devolvido não chegou',
    cost: 'O comprador foi avisado de um dinheiro que não tem e pode contestar o pagamento.',
  },
  dispute: {
    title: 'O comprador contesta o pagamento no banco',
    cost: 'Sem provas até o prazo, o banco decide a favor do comprador: perdem-se o valor e a taxa.',
  },
  workflow_missing: {
    title: 'Um pedido aberto está sem workflow em execução',
    cost: 'Nada acontece com o pedido por si só: nenhum prazo é cumprido, nenhuma etiqueta comprada, nada cobrado.',
  },
  stalled: {
    title: 'Algo deveria acontecer e não acontece',
    cost: 'O que foi prometido está atrasado, e ninguém mais percebeu.',
  },
  books_disagree: {
    title: 'Os registros divergem',
    cost: 'Dinheiro, etiquetas ou produtos podem se perder, e o que se decide com números errados sai errado.',
  },
  unforeseen: {
    title: 'Uma etapa falhou de um modo que ninguém previu',
    cost: 'O pedido está parado em uma etapa cujo resultado ninguém verificou.',
  },
};
const wordsOf = (kind: string) => (Object.hasOwn(KINDS, kind) ? KINDS[kind as ExceptionKind] : undefined);

const counted = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`);

export const staffPtBR: StaffTexts = {
  severities: { low: 'baixa', medium: 'média', high: 'alta', critical: 'crítica' },
  title: (kind) => wordsOf(kind)?.title ?? staffEn.title(kind),
  cost: (kind) => wordsOf(kind)?.cost ?? staffEn.cost(kind),
  digest: {
    overdue: (count) => counted(count, 'exceção está atrasada', 'exceções estão atrasadas'),
    waiting: (count) => counted(count, 'exceção espera por alguém', 'exceções esperam por alguém'),
    overdueTitle: 'Atrasadas',
    waitingTitle: 'Ainda no prazo, e ninguém as assumiu',
    further: (count) => `E mais ${count} na fila.`,
    total: (amount) => `Total do pedido ${amount}`,
    due: (time) => `prazo ${time}`,
    claimed: 'assumida',
    where:
      'A fila: GET /v1/exceptions?sort=due. Assuma aquilo em que trabalha; muitas do mesmo tipo podem ser resolvidas de uma vez.',
  },
  sellerReminder: {
    subject: (number) => `Aceite a sua parte do pedido ${number}`,
    heading: 'Um pedido espera por você',
    lead: (store, time) =>
      `${store} tem um pedido com itens seus que você ainda não aceitou. Aceite-os até ${time}; depois disso a loja é avisada.`,
    item: (quantity, name) => `${quantity} × ${name}`,
    where: (store) => `Entre em ${store}, abra o pedido e confirme o recebimento dele.`,
  },
  newOrders: {
    subject: (count) => counted(count, 'novo pedido', 'novos pedidos'),
    methods: { stripe: 'cartão', cod: 'pagamento na entrega', bank_transfer: 'transferência bancária' },
    further: (count) => `E mais ${count} na lista.`,
    where: (url) => `Todos os pedidos: ${url}`,
  },
  lowStock: {
    subject: (count) =>
      `Estoque baixo: ${counted(count, 'nível está', 'níveis estão')} no ponto de reposição ou abaixo`,
    heading: 'Estoque a repor',
    lead: 'O que ainda se pode vender destes itens caiu até o ponto de reposição. Avisamos uma vez a cada queda.',
    level: (available, reorderPoint) => `restam ${available}, ponto de reposição ${reorderPoint}`,
    where: 'Tudo o que está baixo: GET /v1/inventory/alerts.',
  },
};
