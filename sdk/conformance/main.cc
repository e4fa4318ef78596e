// seabed-driver-check: does a driver keep the promises of the SDK's headers? Loads any driver by its file.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <vector>

#include "child.h"
#include "report.h"
#include "world.h"

namespace seabed::check {

namespace {
bool wanted(const std::string& name, const std::string& filter) {
  if (filter.empty()) return true;
  std::istringstream parts(filter);
  for (std::string part; std::getline(parts, part, ',');)
    if (name.find(part) != std::string::npos) return true;
  return false;
}

std::string new_run_id() {
  std::random_device random;
  char text[32];
  std::snprintf(text, sizeof text, "%08x%08x", random(), random());
  return text;
}

std::string claims(uint32_t flags) {
  static const char* const kNames[] = {"append",
                                       "conditional put",
                                       "tags",
                                       "upload",
                                       "list uploads",
                                       "strong list",
                                       "read while uploading",
                                       "conditional complete"};
  std::string out;
  for (size_t i = 0; i < std::size(kNames); ++i)
    if ((flags >> i & 1) != 0) out += (out.empty() ? "" : ", ") + std::string(kNames[i]);
  return out;
}

Outcome run_if_chosen(const Options& options, const Test& test, uint32_t claimed) {
  if ((claimed & test.needs) != test.needs)
    return {Outcome::kSkipped, test.name, "not claimed: " + claims(test.needs & ~claimed), 0};
  if ((claimed & test.unless) != 0)
    return {Outcome::kSkipped, test.name, "claimed: " + claims(claimed & test.unless), 0};
  return run_in_child(options, test.name);
}

std::vector<std::string> medium_cannot(const Options& options) {
  const auto told = options.checks.find("medium_cannot");
  std::istringstream parts(told == options.checks.end() ? "" : told->second);
  std::vector<std::string> out;
  for (std::string part; std::getline(parts, part, ',');) {
    part.erase(std::remove(part.begin(), part.end(), ' '), part.end());
    const bool known = std::any_of(tests().begin(), tests().end(), [&](const Test& test) { return test.name == part; });
    if (!known) throw std::invalid_argument("check.medium_cannot names no test: " + part);
    out.push_back(part);
  }
  return out;
}

/// A failure that the operator of the medium told beforehand is no failure of the driver's.
Outcome excused(Outcome outcome, const std::vector<std::string>& cannot) {
  if (outcome.status != Outcome::kFailed || std::find(cannot.begin(), cannot.end(), outcome.test) == cannot.end()) return outcome;
  outcome.status = Outcome::kSkipped;
  outcome.text = "told beforehand that the medium cannot: " + outcome.text;
  return outcome;
}

Summary run_all(const Options& options) {
  const auto cannot = medium_cannot(options);
  Summary out;
  uint32_t claimed = 0;
  {
    World world(options, "capabilities");
    claimed = world.capabilities().flags;
    out.driver = world.table()->name;
    out.version = world.table()->version;
    out.scheme = options.destination.scheme;
  }
  for (const Test& test : tests()) {
    if (!wanted(test.name, options.filter)) continue;
    out.outcomes.push_back(excused(run_if_chosen(options, test, claimed), cannot));
    if (!options.json) print_line(std::cout, out.outcomes.back());
  }
  run_in_child(options, "@clean");
  return out;
}

int run(Options options) {
  std::sort(tests().begin(), tests().end(),
            [](const Test& a, const Test& b) { return std::string_view(a.name) < b.name; });
  if (options.list) {
    for (const Test& test : tests()) std::cout << test.name << "\n";
    return 0;
  }
  if (!options.test.empty()) return run_as_child(options);
  options.run_id = new_run_id();
  const Summary summary = run_all(options);
  if (!options.junit.empty() && !(std::ofstream(options.junit) << to_junit(summary)).flush()) {
    std::cerr << "seabed-driver-check: cannot write " << options.junit << "\n";
    return 2;
  }
  if (options.json)
    std::cout << to_json(summary) << std::endl;
  else
    print_summary(std::cout, summary);
  return summary.count(Outcome::kFailed) == 0 ? 0 : 1;
}
}  // namespace
}  // namespace seabed::check

int main(int argc, char** argv) {
  try {
    return seabed::check::run(seabed::check::parse_options(argc, argv));
  } catch (const std::invalid_argument& e) {
    std::cerr << "seabed-driver-check: " << e.what() << "\n" << seabed::check::kUsage;
    return 2;
  } catch (const std::exception& e) {
    std::cerr << "seabed-driver-check: " << e.what() << "\n";
    return 1;
  }
}
