#include "report.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace seabed::check {

namespace {
const char* word(Outcome::Status status) {
  return status == Outcome::kPassed ? "passed" : status == Outcome::kFailed ? "failed" : "skipped";
}

/// For XML 1.0: markup escaped, control characters (odd names) replaced.
std::string xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 32 && c != '\n' ? '?' : c;
    }
  }
  return out;
}

std::string number(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", seconds);
  return text;
}
}  // namespace

size_t Summary::count(Outcome::Status status) const {
  return static_cast<size_t>(std::count_if(outcomes.begin(), outcomes.end(),
                                           [status](const Outcome& o) { return o.status == status; }));
}

void print_line(std::ostream& out, const Outcome& outcome) {
  out << word(outcome.status) << "  " << outcome.test << "  (" << number(outcome.seconds) << " s)";
  if (!outcome.text.empty()) out << "\n    " << outcome.text;
  out << std::endl;
}

void print_summary(std::ostream& out, const Summary& summary) {
  out << summary.driver << " " << summary.version << " on " << summary.scheme
      << "://: " << summary.count(Outcome::kPassed) << " passed, " << summary.count(Outcome::kFailed)
      << " failed, " << summary.count(Outcome::kSkipped) << " skipped" << std::endl;
}

std::string to_json(const Summary& summary) {
  nlohmann::ordered_json out;
  out["driver"] = summary.driver;
  out["version"] = summary.version;
  out["scheme"] = summary.scheme;
  for (const auto status : {Outcome::kPassed, Outcome::kFailed, Outcome::kSkipped})
    out[word(status)] = summary.count(status);
  out["tests"] = nlohmann::ordered_json::array();
  for (const Outcome& o : summary.outcomes)
    out["tests"].push_back(
        {{"name", o.test}, {"status", word(o.status)}, {"seconds", o.seconds}, {"text", o.text}});
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string to_junit(const Summary& summary) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"";
  out += xml(summary.driver) + "\" tests=\"" + std::to_string(summary.outcomes.size()) + "\" failures=\"" +
         std::to_string(summary.count(Outcome::kFailed)) + "\" skipped=\"" +
         std::to_string(summary.count(Outcome::kSkipped)) + "\">\n";
  for (const Outcome& o : summary.outcomes) {
    out += "<testcase classname=\"" + xml(summary.driver) + "\" name=\"" + xml(o.test) + "\" time=\"" +
           number(o.seconds) + "\">";
    if (o.status == Outcome::kFailed)
      out += "<failure message=\"" + xml(o.text.substr(0, 200)) + "\">" + xml(o.text) + "</failure>";
    if (o.status == Outcome::kSkipped) out += "<skipped message=\"" + xml(o.text) + "\"/>";
    out += "</testcase>\n";
  }
  return out + "</testsuite>\n</testsuites>\n";
}

}  // namespace seabed::check
