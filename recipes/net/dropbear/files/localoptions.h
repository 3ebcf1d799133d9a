/* What differs from dropbear's default_options.h. */

/* Keys only: no password ever opens this system over the network. */
#define DROPBEAR_SVR_PASSWORD_AUTH 0
#define DROPBEAR_SVR_PUBKEY_AUTH 1

/* chacha20-poly1305 of this version is open to the Terrapin attack (CVE-2023-48795); GCM is not. */
#define DROPBEAR_CHACHA20POLY1305 0
#define DROPBEAR_ENABLE_GCM_MODE 1

/* Nothing that rests on SHA-1. */
#define DROPBEAR_SHA1_HMAC 0
#define DROPBEAR_SHA2_512_HMAC 1
#define DROPBEAR_RSA_SHA1 0
#define DROPBEAR_DH_GROUP14_SHA1 0

/* Nobody forwards an agent or X11 through a DPU; TCP forwarding stays, operators use it. */
#define DROPBEAR_SVR_AGENTFWD 0
#define DROPBEAR_X11FWD 0

#define DROPBEAR_SFTPSERVER 0
#define DROPBEAR_PIDFILE "/run/dropbear.pid"
