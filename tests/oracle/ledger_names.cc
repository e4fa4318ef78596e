#include "ledger_names.h"

#include "format_text.h"

namespace oracle {

std::string family_name(uint32_t index) { return index == 0 ? "default" : format_text("cf%u", index); }
std::string account_family(const LedgerConfig& c, uint32_t account) { return family_name(account % c.cfs); }
std::string account_key(uint32_t account) { return format_text("a/%06u", account); }
std::string record_key(uint32_t slot) { return format_text("r/%08u", slot); }
std::string head_key(uint64_t n) { return format_text("!commit/%02u", static_cast<unsigned>(n % kLanes)); }
std::string ingest_head_key(uint64_t n) { return format_text("i/!%02u", static_cast<unsigned>(n % kLanes)); }
std::string no_wal_key(uint64_t n) { return format_text("w/%012llu", static_cast<unsigned long long>(n)); }

std::string head_value(uint64_t n, uint32_t epoch) {
  return format_text("%llu.%u", static_cast<unsigned long long>(n), epoch);
}

std::string transaction_name(char kind, uint64_t n, uint32_t epoch) {
  return format_text("%c%llu.%u", kind, static_cast<unsigned long long>(n), epoch);
}

bool parse_head(const std::string& value, uint64_t& n, uint32_t& epoch) {
  unsigned long long number = 0;
  int end = 0;
  if (std::sscanf(value.c_str(), "%llu.%u%n", &number, &epoch, &end) != 2) return false;
  n = number;
  return static_cast<size_t>(end) == value.size();
}

}  // namespace oracle
