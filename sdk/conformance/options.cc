#include "options.h"

#include <unistd.h>

#include <boost/program_options.hpp>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace seabed::check {

namespace po = boost::program_options;

const char* const kUsage =
    "usage: seabed-driver-check --driver FILE.so --uri SCHEME://SCRATCH/LOCATION [--config FILE]\n"
    "                           [--filter TEXT[,TEXT]] [--output json] [--junit FILE] [--timeout SECONDS]\n"
    "       seabed-driver-check --list\n"
    "The location is filled and emptied below a prefix of its own. FILE holds key = value lines for the "
    "driver\n"
    "(secrets belong there) and check.* lines for the checker; see the driver guide.\n"
    "Exit status: 0 all passed or skipped, 1 failures, 2 usage.\n";

namespace {
int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string percent_decoded(const std::string& in) {
  std::string out;
  for (size_t i = 0; i < in.size(); ++i) {
    if (in[i] != '%') {
      out += in[i];
      continue;
    }
    if (i + 2 >= in.size() || hex(in[i + 1]) < 0 || hex(in[i + 2]) < 0)
      throw std::invalid_argument("the URI has a bad percent escape");
    out += static_cast<char>(hex(in[i + 1]) * 16 + hex(in[i + 2]));
    i += 2;
  }
  return out;
}

std::string trimmed(std::string text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.back())) text.pop_back();
  size_t begin = 0;
  while (begin < text.size() && blank(text[begin])) ++begin;
  return text.substr(begin);
}

/// The host takes these; a driver never sees them.
bool host_key(const std::string& key) {
  static const char* const kKeys[] = {"max_iops", "max_bandwidth", "delete_mode", "zone", "idc", "region"};
  for (const char* known : kKeys)
    if (key == known) return true;
  return false;
}

void merge_config(Options* options) {
  if (options->config.empty()) return;
  for (const auto& [key, value] : read_config(options->config)) {
    if (key == "check.fault_uri" || key == "check.fault_http" || key == "check.medium_cannot")
      options->checks[key.substr(6)] = value;
    else if (key.rfind("check.", 0) == 0)
      throw std::invalid_argument("the checker knows no " + key);
    else
      options->destination.params.emplace(key, value);
  }
}
}  // namespace

Destination parse_destination(const std::string& uri) {
  const size_t sep = uri.find("://");
  if (sep == std::string::npos || sep == 0) throw std::invalid_argument("--uri is no scheme://location");
  const size_t query = std::min(uri.find('?', sep), uri.size());
  Destination out{uri.substr(0, sep), uri.substr(sep + 3, query - sep - 3), {}};
  std::istringstream items(query < uri.size() ? uri.substr(query + 1) : "");
  for (std::string item; std::getline(items, item, '&');) {
    const size_t eq = item.find('=');
    if (eq == std::string::npos) throw std::invalid_argument("the URI has a key without '='");
    const std::string key = item.substr(0, eq);
    if (!host_key(key)) out.params[key] = percent_decoded(item.substr(eq + 1));
  }
  return out;
}

std::map<std::string, std::string> read_config(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::invalid_argument("cannot read " + path);
  std::map<std::string, std::string> out;
  unsigned number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    line = trimmed(line);
    if (line.empty() || line[0] == '#') continue;
    const size_t eq = line.find('=');
    if (eq == std::string::npos)
      throw std::invalid_argument(path + ":" + std::to_string(number) + ": is no key = value");
    std::string value = trimmed(line.substr(eq + 1));
    if (value.size() > 1 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    const std::string key = trimmed(line.substr(0, eq));
    if (!host_key(key)) out[key] = value;
  }
  return out;
}

Options parse_options(int argc, char** argv) {
  Options out;
  std::string output = "text";
  po::options_description all;
  auto add = all.add_options();
  add("help", "")("list", po::bool_switch(&out.list));
  add("driver", po::value(&out.driver))("uri", po::value(&out.uri))("config", po::value(&out.config));
  add("filter", po::value(&out.filter))("junit", po::value(&out.junit))("output", po::value(&output));
  add("timeout", po::value(&out.timeout_s))("test", po::value(&out.test))("run", po::value(&out.run_id));
  po::variables_map given;
  try {
    po::store(po::command_line_parser(argc, argv).options(all).run(), given);
    po::notify(given);
  } catch (const po::error& e) {
    throw std::invalid_argument(e.what());
  }
  if (given.count("help") != 0) {
    std::cout << kUsage;
    std::exit(0);
  }
  if (output != "text" && output != "json") throw std::invalid_argument("--output is text or json");
  out.json = output == "json";
  if (out.list) return out;
  if (out.driver.empty() || out.uri.empty()) throw std::invalid_argument("--driver and --uri are needed");
  out.destination = parse_destination(out.uri);
  merge_config(&out);
  return out;
}

}  // namespace seabed::check
