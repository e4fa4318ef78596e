#pragma once
// Tenant parameters: known names, ranges and defaults (reference: parameters, section 1).

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct ParameterSpec {
  enum class Type { kTime, kSize, kInteger, kText } type;   // base units: microseconds, bytes, one
  const char* name;
  const char* default_text;
  uint64_t min, max;                                        // in base units; kText: longest text
  const char* help;
  const char* choices = nullptr;                            // kText: the only values, "a|b"
  bool secret = false;                                      // kText: sealed in the catalog (secret_box.h), shown as ***
};

const std::vector<ParameterSpec>& known_parameters();
/// kNotFound for an unknown name.
Result<const ParameterSpec*> parameter_spec(const std::string& name);
/// "120s", "500ms", "2m", "1h"; "4G", "512M", a bare number of a size is MB; range checked. For kText: its length.
Result<uint64_t> parse_parameter(const ParameterSpec& spec, const std::string& text);

struct ParameterRow {
  uint64_t tenant_id = 0;
  std::string name, value;           // as the operator wrote it; a secret that is set: "***"
  bool is_default = true;
};

Status set_parameter(Transaction& tx, uint64_t tenant_id, const std::string& name, const std::string& text);
/// In base units, the default when it was never set.
Result<uint64_t> parameter(Transaction& tx, uint64_t tenant_id, const std::string& name);
/// A secret in clear: never into a log, an answer or an error.
Result<std::string> parameter_text(Transaction& tx, uint64_t tenant_id, const std::string& name);
/// Every known one.
Result<std::vector<ParameterRow>> list_parameters(Transaction& tx, uint64_t tenant_id);

/// Secrets that an earlier program left in clear are sealed. At every opening of the catalog.
Status seal_parameters(Transaction& tx);

}  // namespace seabed::catalog
