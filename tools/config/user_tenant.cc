#include "tools/config/user_tenant.h"

#include <algorithm>
#include <cctype>

namespace seabed {

Status check_user_tenant(const std::string& name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower != "sys" && !lower.starts_with("meta$")) return ok();
  return fail(Code::kConflict, "tenant " + name,
              "is not a user tenant: sys and meta tenants are never archived, backed up or restored",
              "name a tenant of `seabed tenant list`");
}

}  // namespace seabed
