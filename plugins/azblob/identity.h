#pragma once
// The managed identity of this machine: a token of Entra ID, from the metadata service next door. Plain HTTP, near:
// a virtual machine's at 169.254.169.254, or what IDENTITY_ENDPOINT names (App Service, Arc-like hosts).
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token

#include <string>

#include "credentials.h"

namespace seabed_azblob {

struct Identity {
  std::string endpoint = "http://169.254.169.254";   // without a path
  std::string client_id;                             // of a user-assigned identity; empty: the machine's own
};

/// The token is the access_key of what is found. SEABED_PERMISSION_DENIED when the machine has none.
int32_t find_identity(const Identity& identity, const seabed::sdk::Context& context, seabed_http::Credentials* out,
                      seabed::sdk::Error& error);

}  // namespace seabed_azblob
