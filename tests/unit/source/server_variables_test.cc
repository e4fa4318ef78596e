// SHOW GLOBAL VARIABLES through the client: here a script in its place; the real server is asked in myrocks_test.py.

#include "core/source/myrocks/server_variables.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/source/myrocks/myrocks_tenant_source.h"

namespace seabed::myrocks {
namespace {

namespace fs = std::filesystem;

struct ServerVariables : ::testing::Test {
  std::string base, path_before;
  void SetUp() override {
    char name[] = "/tmp/seabed-variables-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    base = name;
    fs::create_directories(base + "/bin");
    fs::create_directories(base + "/data/shop");
    path_before = std::getenv("PATH");
    setenv("PATH", (base + "/bin:" + path_before).c_str(), 1);
  }
  void TearDown() override {
    setenv("PATH", path_before.c_str(), 1);
    fs::remove_all(base);
  }
  void client(const std::string& body) {
    std::ofstream(base + "/bin/mariadb") << "#!/bin/sh\n" + body;
    fs::permissions(base + "/bin/mariadb", fs::perms::owner_all);
  }
  std::string option_file(mode_t mode = 0600) {
    const std::string path = client_file_of(base + "/data");
    std::ofstream(path) << "[client]\n";
    ::chmod(path.c_str(), mode);
    return path;
  }
};

TEST_F(ServerVariables, AreReadAndSecretsAreNot) {
  client("test \"$1\" = --defaults-file=" + base + "/data.seabed-client.cnf || exit 1\n"
         "printf 'version\\t10.11.3\\nsql_mode\\tA\\\\nB\\nssl_key\\t/etc/k\\nreport_password\\tx\\nempty\\t\\n'");
  auto got = ask_variables(option_file());
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ((*got)["version"], "10.11.3");
  EXPECT_EQ((*got)["sql_mode"], "A\nB");
  EXPECT_EQ(got->count("empty"), 1u);
  EXPECT_EQ(got->count("ssl_key") + got->count("report_password"), 0u);
}

TEST_F(ServerVariables, TheClientGetsNoSecretsAndNoDescriptors) {
  ::setenv("AWS_SECRET_ACCESS_KEY", "TOPSECRET", 1);
  const int own = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  client("printf 'key\\t%s\\n' \"$AWS_SECRET_ACCESS_KEY\"; test -e /proc/self/fd/" + std::to_string(own) +
         " && printf 'descriptor\\tyes\\n'; printf 'group\\t%s\\n' $(($(cut -d' ' -f5 /proc/$$/stat) - $$))");
  auto got = ask_variables(option_file());
  ::close(own);
  ::unsetenv("AWS_SECRET_ACCESS_KEY");
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->count("key"), 1u);
  EXPECT_EQ((*got)["key"], "");
  EXPECT_EQ(got->count("descriptor"), 0u);
  EXPECT_EQ((*got)["group"], "0") << "a process group of its own";
}

TEST_F(ServerVariables, AServerThatCannotBeAskedIsAnErrorInTime) {
  client("exit 1");
  EXPECT_EQ(ask_variables(option_file()).error().code, Code::kUnavailable);
  client("exec sleep 60");
  EXPECT_EQ(ask_variables(option_file(), std::chrono::milliseconds(100)).error().code, Code::kTimeout);
  EXPECT_EQ(ask_variables(option_file(0644)).error().code, Code::kPermissionDenied);
  EXPECT_EQ(ask_variables(base + "/none").error().code, Code::kNotFound);
}

TEST_F(ServerVariables, AreTheTenantsAndTheirLackIsSaid) {
  auto source = open_myrocks_tenant(base + "/data");
  auto without = source->look();
  ASSERT_TRUE(without) << without.error().message();
  EXPECT_TRUE(without->outside.empty());   // nobody asked for them
  client("printf 'version\\t10.11.3\\n'");
  option_file();
  auto facts = open_myrocks_tenant(base + "/data")->look();
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->variables["version"], "10.11.3");
  client("exit 1");
  facts = open_myrocks_tenant(base + "/data")->look();
  ASSERT_TRUE(facts);
  ASSERT_EQ(facts->outside.size(), 1u);
  EXPECT_NE(facts->outside[0].find("SHOW GLOBAL VARIABLES"), std::string::npos);
}

}  // namespace
}  // namespace seabed::myrocks
