#pragma once
// What OpenSSL offers as macros only, or in types that Swift does not see.
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509v3.h>

static inline int COpenSSL_CTX_get_min_version(SSL_CTX *context) {
  return (int)SSL_CTX_get_min_proto_version(context);
}

static inline int COpenSSL_CTX_set_min_version(SSL_CTX *context, int version) {
  return SSL_CTX_set_min_proto_version(context, version);
}

static inline void COpenSSL_CTX_set_mode(SSL_CTX *context, long mode) {
  SSL_CTX_set_mode(context, mode);
}

static inline void COpenSSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
  SSL_CTX_set_session_cache_mode(context, mode);
}

static inline int COpenSSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
  return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline int COpenSSL_set_server_name(SSL *connection, const char *name) {
  return (int)SSL_set_tlsext_host_name(connection, name);
}

// No renegotiation (TLS 1.2), no compression: both have been ways in.
static const uint64_t COpenSSL_hardening = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION;

// A name as RFC 4514 writes it: text beyond ASCII as it is, control characters escaped.
static const unsigned long COpenSSL_name_form = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
