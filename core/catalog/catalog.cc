#include "core/catalog/catalog.h"

#include <fcntl.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <mutex>

#include "core/base/fd.h"
#include "core/catalog/owner_lock.h"
#include "core/catalog/schema.h"
#include "core/catalog/sql.h"
#include "core/catalog/sql_functions.h"

namespace seabed {
namespace {

thread_local bool inside_transaction = false;

class SqliteCatalog : public Catalog {
 public:
  SqliteCatalog(CatalogOptions options, Fd lock, SecretBox secrets)
      : options_(std::move(options)), lock_(std::move(lock)), secrets_(std::move(secrets)) {}

  Status connect() {
    try {
      session_.open(soci::sqlite3, "db=\"" + options_.path + "\"");
      session_ << "PRAGMA busy_timeout=" << options_.busy_timeout_ms;
      std::string mode;
      if (!options_.read_only) session_ << "PRAGMA journal_mode=WAL", soci::into(mode);
      session_ << "PRAGMA synchronous=FULL";
      session_ << "PRAGMA foreign_keys=ON";
      if (options_.max_bytes) limit_growth();
      if (options_.read_only) session_ << "PRAGMA query_only=1";
    } catch (const std::exception& e) {
      Error error = catalog::sql_error("cannot open", e);
      error.object = options_.path;
      return fail(std::move(error));
    }
    SEABED_CHECK(catalog::add_sql_functions(session_, scope_));
    if (options_.read_only) return ok();
    return transact([&](Transaction& tx) { return catalog::migrate(tx, options_.path); });
  }

  Status transact(const std::function<Status(Transaction&)>& body) override {
    if (inside_transaction) return fail(Code::kInternal, "catalog", "a transaction inside a transaction");
    std::lock_guard guard(mutex_);
    inside_transaction = true;
    Status status = run(body);
    inside_transaction = false;
    return status;
  }

  const std::string& path() const override { return options_.path; }

 private:
  void limit_growth() {
    long long page = 4096, got = 0;
    session_ << "PRAGMA page_size", soci::into(page);
    session_ << "PRAGMA max_page_count=" << options_.max_bytes / page, soci::into(got);
  }

  Status run(const std::function<Status(Transaction&)>& body) {
    try {
      session_ << (options_.read_only ? "BEGIN" : "BEGIN IMMEDIATE");
    } catch (const std::exception& e) {
      return fail(catalog::sql_error("begin", e));
    }
    Status status = guarded(body);
    try {
      session_ << (status ? "COMMIT" : "ROLLBACK");
    } catch (const std::exception& e) {
      if (status) status = fail(catalog::sql_error("commit", e));
      roll_back();  // a full disk may have ended the transaction by itself
    }
    return status;
  }

  Status guarded(const std::function<Status(Transaction&)>& body) {
    try {
      Transaction::Impl impl{session_, secrets_, scope_};
      Transaction tx(impl);
      return body(tx);
    } catch (const std::exception& e) {
      return fail(catalog::sql_error("transaction", e));
    }
  }

  void roll_back() {
    try {
      session_ << "ROLLBACK";
    } catch (const std::exception&) {
    }
  }

  CatalogOptions options_;
  Fd lock_;
  SecretBox secrets_;
  std::mutex mutex_;
  uint64_t scope_ = 1;
  soci::session session_;
};

/// SQLite would create the file with the umask's mode.
Status create_private(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno(path, "cannot open the catalog", errno);
  struct stat st;
  if (::fstat(fd.get(), &st) != 0) return fail_errno(path, "cannot look at the catalog", errno);
  if (!S_ISREG(st.st_mode)) return fail(Code::kInvalidArgument, path, "the catalog is no regular file");
  return ok();
}

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::open(const CatalogOptions& given) {
  CatalogOptions options = given;
  if (options.path.empty() || options.path[0] != '/' || options.path.find('"') != std::string::npos)
    return fail(Code::kInvalidArgument, options.path,
                "the catalog's path must be absolute and without quotes");
  if (options.key_path.empty()) options.key_path = options.path + ".key";
  Fd lock;
  if (!options.read_only) {
    SEABED_CHECK(make_directories(std::filesystem::path(options.path).parent_path()));
    SEABED_TRY(lock, take_owner_lock(options.path + ".lock"));
    SEABED_CHECK(create_private(options.path));
  }
  SEABED_TRY(auto secrets, SecretBox::open(options.key_path, !options.read_only));
  auto catalog = std::make_unique<SqliteCatalog>(options, std::move(lock), std::move(secrets));
  SEABED_CHECK(catalog->connect());
  return catalog;
}

}  // namespace seabed
