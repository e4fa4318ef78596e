#pragma once
// The newest OPTIONS file of a live directory, for facts (preflight, health).

#include <string>

#include "core/base/status.h"
#include "core/source/rocksdb/options_facts.h"

namespace seabed::rocksdb_source {

struct NewestOptions {
  std::string name;
  OptionsFacts facts;
};

/// kNotFound when there is none (a database may be told not to write them).
Result<NewestOptions> newest_options(const std::string& directory);

}  // namespace seabed::rocksdb_source
