#include "core/catalog/cluster_parameters.h"

#include <algorithm>

#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

using Type = ParameterSpec::Type;

/// Of OceanBase's cluster and only known there: never kept, never backed up.
bool is_foreign(const std::string& name) {
  static const char* const kNames[] = {"all_server_list", "rootservice_list", "debug_sync_timeout"};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](const char* one) { return name == one; });
}

bool is_tenants(const std::string& name) {
  const auto& all = known_parameters();
  return std::any_of(all.begin(), all.end(), [&](const ParameterSpec& one) { return name == one.name; });
}

}  // namespace

template <class V>
void fields(V& v, ParameterRow& r) {
  v("tenant_id", r.tenant_id), v("name", r.name), v("value", r.value);
}

const std::vector<ParameterSpec>& known_cluster_parameters() {
  static const std::vector<ParameterSpec> specs = {
      {Type::kSize, "standby_fetch_log_bandwidth_limit", "0", 0, 10'000ull << 30,
       "bytes a second that all standbys of this installation together fetch; 0: no limit"},
      {Type::kText, "ob_storage_s3_url_encode_type", "default", 0, 64,
       "how keys are written in S3 requests; Seabed's driver encodes as RFC 3986 in both cases",
       "default|compliantRfc3986Encoding"},
      {Type::kText, "_auto_drop_recovering_auxiliary_tenant", "True", 0, 8,
       "whether what a table restore staged is removed at its end", "True|False"},
  };
  return specs;
}

Result<const ParameterSpec*> cluster_parameter_spec(const std::string& name) {
  for (const ParameterSpec& spec : known_cluster_parameters())
    if (name == spec.name) return &spec;
  if (is_tenants(name))
    return fail(Code::kInvalidArgument, "parameter " + name, "is a tenant's",
                "give TENANT = name or all_user");
  if (is_foreign(name))
    return fail(Code::kUnsupported, "parameter " + name, "is of OceanBase's own servers",
                "it is not needed here");
  return fail(Code::kNotFound, "parameter " + name, "is unknown", "see SHOW PARAMETERS");
}

Status set_cluster_parameter(Transaction& tx, const std::string& name, const std::string& text) {
  SEABED_TRY(const ParameterSpec* spec, cluster_parameter_spec(name));
  SEABED_CHECK(parse_parameter(*spec, text));
  return replace_row(tx, "parameters", ParameterRow{kSysTenant, name, text, false},
                     Where().eq("tenant_id", num(kSysTenant)).eq("name", name));
}

Result<std::string> cluster_parameter_text(Transaction& tx, const std::string& name) {
  SEABED_TRY(const ParameterSpec* spec, cluster_parameter_spec(name));
  SEABED_TRY(auto row, select_one<ParameterRow>(tx, "parameters",
                                                Where().eq("tenant_id", num(kSysTenant)).eq("name", name)));
  return row ? row->value : std::string(spec->default_text);
}

Result<uint64_t> cluster_parameter(Transaction& tx, const std::string& name) {
  SEABED_TRY(const ParameterSpec* spec, cluster_parameter_spec(name));
  SEABED_TRY(const std::string text, cluster_parameter_text(tx, name));
  return parse_parameter(*spec, text);
}

Result<std::vector<ParameterRow>> list_cluster_parameters(Transaction& tx) {
  std::vector<ParameterRow> rows;
  for (const ParameterSpec& spec : known_cluster_parameters()) {
    SEABED_TRY(const std::string text, cluster_parameter_text(tx, spec.name));
    rows.push_back({kSysTenant, spec.name, text, text == spec.default_text});
  }
  return rows;
}

}  // namespace seabed::catalog
