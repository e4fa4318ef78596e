#pragma once
// AWS's security token service: temporary credentials for a role.

#include "credentials.h"
#include "settings.h"

namespace seabed_s3 {

/// AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are set.
bool has_web_identity();
int32_t assume_with_web_identity(const Settings& settings, const seabed::sdk::Context& context,
                                 seabed_http::Credentials* out, seabed::sdk::Error& error);
/// The destination's role_arn (and external_id), asked for by `who`.
int32_t assume_role(const Settings& settings, const seabed_http::Credentials& who,
                    const seabed::sdk::Context& context, seabed_http::Credentials* out,
                    seabed::sdk::Error& error);

}  // namespace seabed_s3
