#pragma once
// The catalog follows a verify: sets and pieces that lost something become BROKEN, so that cleanup and incremental
// backups no longer build on them. The media alone still decide what a restore can use.

#include "core/engine/restore/verified.h"

namespace seabed {

/// Of the tenant's own destinations among `verified`, by path: a copy elsewhere says nothing of the original. A BROKEN
/// one that a whole verify (not a quick one) finds sound, and that an earlier verify had marked, is AVAILABLE again.
/// What is being written or deleted stays as it is. Returns each change in words.
Result<std::vector<std::string>> mark_damage(EngineContext& context, uint64_t tenant_id,
                                             const std::vector<VerifiedDestination>& verified);

}  // namespace seabed
