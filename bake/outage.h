/* outage: what a build left when the machine went down under it: names without their bytes. */
#ifndef BAKE_OUTAGE_H
#define BAKE_OUTAGE_H

/* Before it is asked what is current: when the machine has gone down in a build since, forgets the
 * stamps below tmpdir, with a note. 0, or −1 with a message. */
int outage_recover(const char *tmpdir);
/* Before the first task: from here on stamps may be there before what they stand for. 0, or −1 with
 * a message. */
int outage_begin(const char *tmpdir);
/* After the last task: all it left is on the disk. What fails leaves the mark, which is safe. */
void outage_end(const char *tmpdir);

#endif
