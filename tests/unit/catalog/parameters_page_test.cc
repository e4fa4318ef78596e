// docs/parameters.md lists what the program knows: its table is made here and compared. SEABED_WRITE_PAGE=1 writes it.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/catalog/cluster_parameters.h"
#include "core/catalog/parameter_facts.h"

namespace seabed::catalog {
namespace {

const std::string kPage = std::string(SEABED_SOURCE_DIR) + "/docs/parameters.md";
constexpr char kBegin[] = "<!-- table: parameters -->\n", kEnd[] = "<!-- end -->";

std::string number(ParameterSpec::Type type, uint64_t v) {
  constexpr uint64_t kSecond = 1'000'000, kMega = 1 << 20;
  if (type == ParameterSpec::Type::kTime) return v >= 100ull * 365 * 86'400 * kSecond ? "∞" : std::to_string(v / kSecond) + "s";
  if (type == ParameterSpec::Type::kSize) return v % (1024 * kMega) ? std::to_string(v / kMega) + "M" : std::to_string(v / kMega / 1024) + "G";
  return std::to_string(v);
}

std::string range(const ParameterSpec& spec) {
  if (spec.choices) {
    std::string out;
    for (const char* c = spec.choices; *c; ++c) out += *c == '|' ? std::string(", ") : std::string(1, *c);
    return out;
  }
  if (spec.type == ParameterSpec::Type::kText) return "text";
  return "[" + number(spec.type, spec.min) + ", " + number(spec.type, spec.max) + "]";
}

std::string rows(const std::vector<ParameterSpec>& specs, const std::string& scope) {
  std::string out;
  for (const ParameterSpec& spec : specs) {
    const ParameterFacts* facts = parameter_facts(spec.name);
    EXPECT_NE(facts, nullptr) << spec.name << " has no facts";
    if (!facts) continue;
    const std::string effect = *facts->effect ? facts->effect : std::string("recorded, no effect here: ") + facts->why;
    out += "| " + std::string(spec.name) + " | " + scope + " | " + facts->section + " | " + range(spec) + " | " +
           (*spec.default_text ? spec.default_text : "(empty)") + " | " + effect + " |\n";
  }
  return out;
}

std::string table() {
  return "| Name | Scope | Section | Values | Default | Effect |\n|---|---|---|---|---|---|\n" +
         rows(known_parameters(), "tenant") + rows(known_cluster_parameters(), "cluster");
}

TEST(ParametersPage, ItsTableIsThatOfTheCode) {
  std::ifstream in(kPage);
  std::stringstream text;
  text << in.rdbuf();
  std::string page = text.str();
  size_t from = page.find(kBegin);
  ASSERT_NE(from, page.npos) << kPage;
  from += sizeof kBegin - 1;
  const size_t to = page.find(kEnd, from);
  ASSERT_NE(to, page.npos);
  if (std::getenv("SEABED_WRITE_PAGE")) {
    page.replace(from, to - from, table());
    std::ofstream(kPage) << page;
  } else {
    EXPECT_EQ(page.substr(from, to - from), table());
  }
}

TEST(ParametersPage, AnEffectOrAReasonEach) {
  for (const auto* specs : {&known_parameters(), &known_cluster_parameters()})
    for (const ParameterSpec& spec : *specs) {
      const ParameterFacts* facts = parameter_facts(spec.name);
      ASSERT_NE(facts, nullptr) << spec.name;
      EXPECT_NE(*facts->effect == 0, *facts->why == 0) << spec.name;
    }
}

}  // namespace
}  // namespace seabed::catalog
