#pragma once
// Internal: what a SELECT may say, before SQLite reads it.

#include "core/catalog/catalog.h"

namespace seabed::catalog {

/// The statement with `oceanbase.` and `SYS.` before a view's name blanked, now() in `zone` and timestampdiff's unit quoted;
/// without its semicolon.
/// Refuses: other statements, several statements, host variables, V3 views, CDB_ views for a tenant, and a name of a
/// view given to something else (the authorizer trusts those names).
Result<std::string> check_select_text(const std::string& sql, const SelectScope& scope, const std::string& zone);

}  // namespace seabed::catalog
