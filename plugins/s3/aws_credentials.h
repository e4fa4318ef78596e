#pragma once
// Who signs: the destination's own keys, else AWS's chain, in AWS's order: environment, web identity, shared
// profile files, container service, instance metadata; with role_arn, a role assumed by what was found.

#include "credentials.h"
#include "settings.h"

namespace seabed_s3 {

/// What a store's keeper asks for credentials.
seabed_http::CredentialKeeper::Fetch credential_source(const Settings& settings);

}  // namespace seabed_s3
