#pragma once
// The outcomes for people, for scripts (JSON) and for CI (JUnit).

#include <ostream>
#include <string>
#include <vector>

#include "child.h"

namespace seabed::check {

struct Summary {
  std::string driver, version, scheme;
  std::vector<Outcome> outcomes;
  size_t count(Outcome::Status status) const;
};

void print_line(std::ostream& out, const Outcome& outcome);
void print_summary(std::ostream& out, const Summary& summary);
std::string to_json(const Summary& summary);
std::string to_junit(const Summary& summary);

}  // namespace seabed::check
