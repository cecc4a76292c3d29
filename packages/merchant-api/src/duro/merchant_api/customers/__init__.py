"""Who pays merchants: customers."""

from duro.merchant_api.customers.create_customer import CreateCustomer, CreateCustomerCommand
from duro.merchant_api.customers.read_customers import GetCustomer, GetCustomerByRef, ListCustomers
from duro.merchant_api.customers.update_customer import UpdateCustomer, UpdateCustomerCommand

__all__ = [
    "CreateCustomer",
    "CreateCustomerCommand",
    "GetCustomer",
    "GetCustomerByRef",
    "ListCustomers",
    "UpdateCustomer",
    "UpdateCustomerCommand",
]
