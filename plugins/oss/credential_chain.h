#pragma once
// Where the credentials of an OSS destination come from: given ones, the environment, profile files, the ECS
// instance.

#include "configuration.h"
#include "credentials.h"

namespace seabed_oss {

/// In this order: access_id/access_key; OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_SESSION_TOKEN;
/// ALIBABA_CLOUD_ACCESS_KEY_ID, …_ACCESS_KEY_SECRET, …_SECURITY_TOKEN; ~/.ossutilconfig [Credentials];
/// ~/.alibabacloud/credentials [default]; the instance's RAM role over plain HTTP, unless
/// ALIBABA_CLOUD_ECS_METADATA_DISABLED=true. SEABED_PERMISSION_DENIED names what was looked at.
int32_t find_credentials(const Configuration& configuration, const seabed::sdk::Context& context,
                         seabed_http::Credentials* out, seabed::sdk::Error& error);

}  // namespace seabed_oss
