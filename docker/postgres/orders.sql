-- Run once, by the image, on an empty data folder: the database of the orders, owned by a role that is no superuser.
\getenv password ORDERS_DB_PASSWORD
create role durable_orders login password :'password';
create database durable_orders owner durable_orders;
