#pragma once
// Data and archive destinations of tenants, with their history: a row is never deleted, `current` moves on.

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

enum class DestinationKind { kData, kArchive };

struct DestinationRow {
  uint64_t dest_id = 0;              // from 1001, one counter for both kinds; a new one for each new path
  uint64_t tenant_id = 0;
  DestinationKind kind = DestinationKind::kData;
  std::string identity;              // Uri::identity(): scheme, location, host
  std::string path;                  // Uri::redacted(): for views and messages
  std::string uri;                   // whole, with its secrets; encrypted in the file (secret_box.h). Never print it
  std::string binding = "OPTIONAL";  // OPTIONAL, MANDATORY (archive)
  uint64_t piece_switch_interval_us = 86'400'000'000ull;
  std::string state = "ENABLE";      // ENABLE, DEFER (archive)
  bool current = true;
  uint64_t created_us = 0;
  std::string check_file;            // newest probe
  uint64_t last_check_us = 0;        // newest successful probe
};

/// Gives dest_id to a destination to be: its format file is written before the row, and must name the id.
Result<uint64_t> next_dest_id(Transaction& tx);
/// An id that a medium brought: next_dest_id gives larger ones from now on.
Status reserve_dest_id(Transaction& tx, uint64_t dest_id);
/// Becomes the current one of its tenant and kind, unless row.current says no; the earlier one stays as history. The path must not be in use by
/// another tenant or kind (kConflict, 9066).
Status insert_destination(Transaction& tx, const DestinationRow& row);
Result<std::optional<DestinationRow>> current_destination(Transaction& tx, uint64_t tenant_id, DestinationKind kind);
Result<std::optional<DestinationRow>> find_destination(Transaction& tx, uint64_t dest_id);
/// By identity over all tenants, newest first, old ones included.
Result<std::vector<DestinationRow>> find_destinations(Transaction& tx, const std::string& identity);
Result<std::vector<DestinationRow>> list_destinations(Transaction& tx, uint64_t tenant_id);
/// uri (same identity), binding, interval, state, check_file, last_check; kNotFound when there is no such row.
Status update_destination(Transaction& tx, const DestinationRow& row);
/// kConflict when the state is not `expected`.
Status set_destination_state(Transaction& tx, uint64_t dest_id, const std::string& expected, const std::string& state);
/// No destination any more; the row stays as history.
Status clear_destination(Transaction& tx, uint64_t tenant_id, DestinationKind kind);
/// An old destination (same path set again) is the current one again.
Status reuse_destination(Transaction& tx, const DestinationRow& row);

}  // namespace seabed::catalog
