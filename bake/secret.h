/* secret: what of a configuration is nobody else's business. */
#ifndef BAKE_SECRET_H
#define BAKE_SECRET_H

#include <stdbool.h>

#include "util.h"

struct arena;

/* Does a variable of this name hold a secret: *PASSWORD*, *PASSWD*, *PASSPHRASE*, *SECRET*, *TOKEN*,
 * *CREDENTIAL*, in any case? */
bool secret_name(struct slice name);
/* A configuration file's text with the values of such variables as "***" and without the passwords of
 * URLs; *count grows by the lines that were masked. */
struct slice secret_mask(struct arena *a, struct slice text, unsigned *count);
/* Is it a private key (PEM)? */
bool secret_key(struct slice text);

#endif
