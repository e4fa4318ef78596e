// Names and markers in the ledger's data: column families, keys, lane heads, transactions.
#pragma once
#include <cstdint>
#include <string>

#include "ledger_config.h"

namespace oracle {

constexpr uint32_t kLanes = 16;
constexpr uint32_t kStride = kLanes + 1;
constexpr uint32_t kMaxLag = 7;           // how many commits early a transaction may be prepared
constexpr uint32_t kMaxRollbackHold = 6;  // how many commits a transaction to be rolled back stays prepared

std::string family_name(uint32_t index);
std::string account_family(const LedgerConfig& config, uint32_t account);
std::string account_key(uint32_t account);
std::string record_key(uint32_t slot);
std::string head_key(uint64_t n);         // lane head, in the default family
std::string ingest_head_key(uint64_t n);  // lane head inside ingested files
std::string no_wal_key(uint64_t n);
std::string head_value(uint64_t n, uint32_t epoch);
// "t7.0": prepared for commit 7 in epoch 0; "r7.0": to be rolled back.
std::string transaction_name(char kind, uint64_t n, uint32_t epoch);
bool parse_head(const std::string& value, uint64_t& n, uint32_t& epoch);

}  // namespace oracle
