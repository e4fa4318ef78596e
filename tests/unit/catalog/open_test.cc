// Who may open a catalog, and which files are one.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/fd.h"
#include "core/catalog/schema.h"
#include "core/catalog/tenants.h"
#include "tests/unit/catalog/scratch_catalog.h"

namespace seabed::test {
namespace {

class OpenTest : public ScratchCatalog {
 protected:
  Error open_error() {
    auto opened = Catalog::open({.path = path()});
    EXPECT_FALSE(opened);
    return opened ? Error{} : opened.error();
  }
  void sqlite(const std::string& sql) {
    std::string command = "sqlite3 '" + path() + "' \"" + sql + "\"";
    pid_t child = fork();
    if (child == 0) {
      execlp("sqlite3", "sqlite3", path().c_str(), sql.c_str(), nullptr);
      _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WEXITSTATUS(status) == 127) GTEST_SKIP() << "no sqlite3 shell here";
    ASSERT_EQ(status, 0) << command;
  }
};

TEST_F(OpenTest, SecondOpenerIsTurnedAwayWithTheOwnersPid) {
  open();
  int out[2];
  ASSERT_EQ(pipe(out), 0);
  pid_t child = fork();
  if (child == 0) {
    auto second = Catalog::open({.path = path()});
    std::string text =
        second ? "opened" : std::string(code_name(second.error().code)) + second.error().message();
    if (write(out[1], text.data(), text.size()) < 0) _exit(1);
    _exit(0);
  }
  close(out[1]);
  char text[1000] = {};
  ASSERT_GT(read(out[0], text, sizeof text - 1), 0);
  close(out[0]);
  int status;
  waitpid(child, &status, 0);
  EXPECT_NE(std::string(text).find("process " + std::to_string(getpid())), std::string::npos) << text;
  catalog_.reset();
  open();  // free again
}

TEST_F(OpenTest, FilesArePrivate) {
  open();
  for (const char* suffix : {"", ".key", ".lock", "-wal"}) {
    struct stat st;
    ASSERT_EQ(stat((path() + suffix).c_str(), &st), 0) << suffix;
    EXPECT_EQ(st.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(OpenTest, RelativePathIsRefused) {
  auto opened = Catalog::open({.path = "catalog.db"});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kInvalidArgument);
}

TEST_F(OpenTest, CorruptFileIsNamed) {
  std::ofstream(path()) << std::string(8192, 'z');
  Error error = open_error();
  EXPECT_EQ(error.code, Code::kCorruption) << error.message();
  EXPECT_FALSE(error.next_step.empty());
}

TEST_F(OpenTest, DamagedPageIsCorruption) {
  open();
  must([](Transaction& tx) { return catalog::ensure_tenant(tx, "a", "mysql", "UTC").map([](auto&&) {}); });
  catalog_.reset();
  int fd = ::open(path().c_str(), O_RDWR);
  std::string noise(4096 * 6, '\x5a');
  ASSERT_EQ(pwrite(fd, noise.data(), noise.size(), 4096), static_cast<ssize_t>(noise.size()));
  close(fd);
  EXPECT_EQ(open_error().code, Code::kCorruption);
}

TEST_F(OpenTest, ACatalogOfVersion2IsBroughtForward) {
  open();  // its key stays
  catalog_.reset();
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path() + part);
  std::string sql = "CREATE TABLE catalog_info (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL);"
                    "INSERT INTO catalog_info VALUES ('schema_version', 2);";
  for (const auto& statement : catalog::schema_v1()) sql += statement + ";";
  for (const auto& statement : catalog::schema_v2()) sql += statement + ";";
  sqlite(sql + "INSERT INTO log_restore_sources (tenant_id, id) VALUES (1002, 1);");
  if (IsSkipped()) return;
  open();
  catalog_.reset();
  sqlite("SELECT data_mode FROM log_restore_sources; CREATE TABLE leases (is_gone BIGINT);");
}

TEST_F(OpenTest, NewerCatalogIsRefused) {
  open();
  catalog_.reset();
  sqlite("UPDATE catalog_info SET value = 999 WHERE name = 'schema_version'");
  if (IsSkipped()) return;
  Error error = open_error();
  EXPECT_EQ(error.code, Code::kUnsupported);
  EXPECT_NE(error.reason.find("999"), std::string::npos);
}

TEST_F(OpenTest, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  sqlite("CREATE TABLE songs (name TEXT)");
  if (IsSkipped()) return;
  Error error = open_error();
  EXPECT_EQ(error.code, Code::kCorruption);
  EXPECT_NE(error.reason.find("no Seabed catalog"), std::string::npos);
  sqlite("SELECT name FROM songs");
}

TEST_F(OpenTest, KeyOpenToOthersIsRefused) {
  open();
  catalog_.reset();
  ASSERT_EQ(chmod((path() + ".key").c_str(), 0644), 0);
  EXPECT_EQ(open_error().code, Code::kPermissionDenied);
}

}  // namespace
}  // namespace seabed::test
