#pragma once
// What known parameters do here: their section in GV$OB_PARAMETERS and in docs/parameters.md, and their effect.

#include <string_view>

namespace seabed::catalog {

struct ParameterFacts {
  const char* name;
  const char* section;    // OBSERVER's sections as far as they fit: LOG ARCHIVE, BACKUP, RESTORE, STANDBY, TENANT
  const char* effect;     // where it acts; empty: it is recorded and shown, and has no effect here
  const char* why;        // of an empty effect: what stands in its place
};

/// Every tenant and cluster parameter has its facts (tested).
const ParameterFacts* parameter_facts(std::string_view name);

}  // namespace seabed::catalog
