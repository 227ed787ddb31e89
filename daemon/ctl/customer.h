/* Addresses as the store has them. */
#ifndef TRIAGED_CTL_CUSTOMER_H
#define TRIAGED_CTL_CUSTOMER_H

/* Local part as it is, domain in lower case. Caller frees. */
char *customer_address(const char *address);

#endif
