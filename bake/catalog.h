/* catalog: the recipe files of a configuration, in order, each with the appends that change it. */
#ifndef BAKE_CATALOG_H
#define BAKE_CATALOG_H

struct config;
struct data;

/* Fills in c->file and c->dangling from BBFILES and BBMASK; sets BBFILES_PRIORITIZED in d. Layers
 * must be known (collection_read). */
void catalog_read(struct config *c, struct data *d);

#endif
