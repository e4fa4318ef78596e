#include "ledger_schedule.h"

#include "format_text.h"
#include "ledger_names.h"
#include "ledger_values.h"

namespace oracle {

uint64_t choose(const LedgerConfig& c, uint64_t n, Question question, uint64_t sub) {
  return mix(c.seed, n, question * 1000 + sub);
}

CommitKind kind_of(const LedgerConfig& c, uint64_t n) {
  if (n == 0) return CommitKind::kBatch;
  if (c.ingest_every && n % c.ingest_every == 0) return CommitKind::kIngest;
  if (c.disable_wal_every && n % c.disable_wal_every == c.disable_wal_every / 2) return CommitKind::kNoWal;
  return CommitKind::kBatch;
}

bool two_phase(const LedgerConfig& c, uint64_t n) {
  return c.txn && n > 0 && kind_of(c, n) == CommitKind::kBatch && choose(c, n, kTwoPhase) % 5 != 0;
}

uint32_t lag_of(const LedgerConfig& c, uint64_t n) {
  if (!two_phase(c, n) || n <= kMaxLag) return 0;
  const uint64_t choice = choose(c, n, kLag);
  return choice % 2 == 0 ? 0 : static_cast<uint32_t>((choice >> 8) % (kMaxLag + 1));
}

bool rollback_starts(const LedgerConfig& c, uint64_t n) { return c.txn && choose(c, n, kRollback) % 10 == 0; }

uint32_t rollback_hold(const LedgerConfig& c, uint64_t n) {
  return static_cast<uint32_t>(choose(c, n, kHold) % (kMaxRollbackHold + 1));
}

std::string family_created_before(const LedgerConfig& c, uint64_t n) {
  if (c.cf_churn == 0 || n == 0 || n % c.cf_churn != 0) return "";
  return format_text("churn-%llu", static_cast<unsigned long long>(n));
}

std::string family_dropped_before(const LedgerConfig& c, uint64_t n) {
  if (c.cf_churn == 0) return "";
  const uint64_t life = uint64_t{c.cf_churn} * 5 / 2;
  return n > life ? family_created_before(c, n - life) : "";
}

}  // namespace oracle
