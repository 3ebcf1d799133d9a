/* attest: what was made of what, by whom: an in-toto statement with a SLSA v1 provenance, in a DSSE
 * envelope when there is a key. */
#ifndef BAKE_ATTEST_H
#define BAKE_ATTEST_H

struct agenda;
struct bom;

/* Writes DIR/provenance.json (the statement) about the files of DIR/images and DIR/packages, and, with
 * a key (PEM file; NULL: none), DIR/provenance.dsse.json around it. 0, or −1 with a message. */
int attest_write(struct agenda *g, const struct bom *b, const char *dir, const char *key_file);

#endif
