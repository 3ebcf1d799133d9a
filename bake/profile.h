/* profile: who we are to S3, from the files of Amazon's own tools. */
#ifndef BAKE_PROFILE_H
#define BAKE_PROFILE_H

struct arena;

struct profile {
	const char *user, *secret, *token, *region;      /* NULL: not said */
};

/* What ~/.aws/credentials and ~/.aws/config say of AWS_PROFILE (else "default"), in a; files that cannot
 * be read say nothing. AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name others. */
struct profile profile_read(struct arena *a);

#endif
