// The configuration from files and the environment; what is in force, and where it comes from.
#include "tools/config/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tools/agent/reload.h"
#include "tools/config/environment.h"
#include "tools/config/observation.h"

namespace seabed {
namespace {

class ConfigFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/seabed-config-XXXXXX";
    directory_ = ::mkdtemp(name);
    std::filesystem::create_directory(directory_ + "/conf.d");
  }
  void TearDown() override {
    for (const auto& name : set_) ::unsetenv(name.c_str());
    std::filesystem::remove_all(directory_);
  }
  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  void set(const std::string& name, const std::string& value) {
    ::setenv(name.c_str(), value.c_str(), 1);
    set_.push_back(name);
  }
  Result<Config> load() { return load_config(directory_ + "/seabed.toml"); }
  std::string refused() {
    auto config = load();
    return config ? "(accepted)" : config.error().message();
  }
  ConfigValue value(const Config& config, const std::string& key) {
    for (const auto& v : config.values)
      if (v.key == key) return v;
    return {key, "(none)", "(none)"};
  }
  std::string directory_;
  std::vector<std::string> set_;
};

constexpr char kTenant[] = "[[tenant]]\nname = \"%\"\n[[tenant.log_stream]]\ndirectory = \"/srv/%\"\n";
std::string tenant(const std::string& name) {
  std::string out = kTenant;
  for (size_t at; (at = out.find('%')) != out.npos;) out.replace(at, 1, name);
  return out;
}

TEST_F(ConfigFiles, PartsAreMerged) {
  write("seabed.toml", "[cluster]\nname = \"east\"\n[limits]\nbackup_threads = 3\n" + tenant("a"));
  write("conf.d/20-b.toml", tenant("b"));
  write("conf.d/10-limits.toml", "[limits]\npart_bytes = \"32M\"\n" + tenant("c"));
  write("conf.d/ignored.toml~", "nonsense");
  write("conf.d/.hidden.toml", "nonsense");
  auto config = load();
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->limits.backup_threads, 3u);
  EXPECT_EQ(config->limits.part_bytes, 32u << 20);
  ASSERT_EQ(config->tenants.size(), 3u);
  EXPECT_EQ(config->tenants[1].name, "c");  // by the files' names
  EXPECT_EQ(value(*config, "limits.part_bytes").origin, directory_ + "/conf.d/10-limits.toml:2");
  EXPECT_EQ(value(*config, "limits.backup_threads").origin, directory_ + "/seabed.toml:4");
  EXPECT_EQ(value(*config, "limits.lease_ms"), (ConfigValue{"limits.lease_ms", "15000", "default"}));
  EXPECT_EQ(value(*config, "tenant.b.log_stream.1001.directory").origin, directory_ + "/conf.d/20-b.toml:4");
  EXPECT_EQ(value(*config, "tenant.b.log_stream.1001.pin_directory").value, "/srv/b.seabed-pins");
  EXPECT_EQ(config->files.size(), 3u);
}

TEST_F(ConfigFiles, OneKeyTwiceNamesBothFiles) {
  write("seabed.toml", "[limits]\nbackup_threads = 3\n");
  write("conf.d/x.toml", "\n[limits]\nbackup_threads = 3\n");
  const std::string said = refused();
  EXPECT_NE(said.find("seabed.toml:2"), said.npos) << said;
  EXPECT_NE(said.find("conf.d/x.toml:3"), said.npos) << said;
  EXPECT_NE(said.find("limits.backup_threads"), said.npos) << said;
  write("conf.d/x.toml", "limits = 5\n");
  EXPECT_NE(refused().find("seabed.toml:1"), std::string::npos) << refused();
}

TEST_F(ConfigFiles, MistakesInPartsNameThePart) {
  write("seabed.toml", "");
  write("conf.d/x.toml", "[cluster]\ncolour = 1\n");
  EXPECT_NE(refused().find("conf.d/x.toml:2"), std::string::npos) << refused();
  write("conf.d/x.toml", "[cluster\n");
  EXPECT_NE(refused().find("conf.d/x.toml:1"), std::string::npos) << refused();
}

TEST_F(ConfigFiles, EnvironmentOverridesEveryKind) {
  write("seabed.toml", "[limits]\nbackup_threads = 3\n[drivers]\ndirectories = [\"/a\"]\n");
  set("SEABED_LIMITS_BACKUP_THREADS", "5");
  set("SEABED_LIMITS_PART_BYTES", "64M");
  set("SEABED_DRIVERS_DIRECTORIES", "/b:/c d");
  set("SEABED_CLUSTER_NAME", "a \"quoted\" = name");
  set("SEABED_LOG_FORMAT", "json");
  set("SEABED_DRIVER_S3_HOST", "http://127.0.0.1:1");
  auto config = load();
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->limits.backup_threads, 5u);
  EXPECT_EQ(config->limits.part_bytes, 64u << 20);
  EXPECT_EQ(config->storage.driver_directories, (std::vector<std::string>{"/b", "/c d"}));
  EXPECT_EQ(config->cluster_name, "a \"quoted\" = name");
  EXPECT_EQ(config->log.format, "json");
  EXPECT_EQ(value(*config, "limits.backup_threads").origin, "$SEABED_LIMITS_BACKUP_THREADS");
  EXPECT_EQ(value(*config, "driver.s3.host"),
            (ConfigValue{"driver.s3.host", "http://127.0.0.1:1", "$SEABED_DRIVER_S3_HOST"}));
}

TEST_F(ConfigFiles, WrongVariablesAreNamed) {
  write("seabed.toml", "");
  set("SEABED_LIMITS_BACKUP_THREADS", "many");
  EXPECT_NE(refused().find("$SEABED_LIMITS_BACKUP_THREADS"), std::string::npos) << refused();
  set("SEABED_LIMITS_BACKUP_THREADS", "2");
  set("SEABED_LIMITS_BACKUP_THREAD", "2");  // a typing error
  EXPECT_NE(refused().find("$SEABED_LIMITS_BACKUP_THREAD:"), std::string::npos) << refused();
}

TEST_F(ConfigFiles, SecretsComeFromFilesAndAreMasked) {
  write("seabed.toml", "[driver.s3]\naccess_key = \"INFILE\"\n");
  write("key", "FROMFILE\n");
  set("SEABED_DRIVER_S3_ACCESS_KEY_FILE", directory_ + "/key");
  set("SEABED_DRIVER_S3_CA_FILE", "/etc/ca.pem");  // a key of its own
  auto config = load();
  ASSERT_TRUE(config) << config.error().message();
  std::map<std::string, std::string> keys(config->storage.driver_defaults[0].second.begin(),
                                          config->storage.driver_defaults[0].second.end());
  EXPECT_EQ(keys["access_key"], "FROMFILE");
  EXPECT_EQ(keys["ca_file"], "/etc/ca.pem");
  EXPECT_EQ(value(*config, "driver.s3.access_key"),
            (ConfigValue{"driver.s3.access_key", kNotShown, "$SEABED_DRIVER_S3_ACCESS_KEY_FILE"}));
  set("SEABED_DRIVER_S3_ACCESS_KEY", "BOTH");
  EXPECT_NE(refused().find("too"), std::string::npos) << refused();
  EXPECT_EQ(refused().find("BOTH"), std::string::npos) << refused();
  ::unsetenv("SEABED_DRIVER_S3_ACCESS_KEY");
  write("conf.d/open.toml", "[driver.oss]\naccess_key = \"OPEN\"\n", 0644);
  EXPECT_NE(refused().find("chmod 600"), std::string::npos) << refused();
  EXPECT_EQ(refused().find("OPEN"), std::string::npos) << refused();
}

TEST_F(ConfigFiles, AlertAndMetricsAreChecked) {
  for (const char* text :
       {"[log]\nformat = \"xml\"\n", "[log]\nlevel = \"loud\"\n", "[metrics]\nlisten = \"9188\"\n",
        "[metrics]\nlisten = \"127.0.0.1:99999\"\n", "[alert]\ncommand = [\"mail\"]\n",
        "[alert]\ncommand = \"/bin/mail\"\n", "[alert]\nwebhook = \"https://x/\"\n",
        "[alert]\nwebhook = \"http://user@x/\"\n", "[alert]\nwebhook = \"http:///p\"\n"}) {
    write("seabed.toml", text);
    EXPECT_FALSE(load()) << text;
  }
  write("seabed.toml",
        "[alert]\nwebhook = \"http://127.0.0.1:1/SECRETPATH\"\ncommand = [\"/bin/true\", \"a b\"]\n");
  auto config = load();
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(value(*config, "alert.webhook").value, kNotShown);
  EXPECT_EQ(config->alert.command, (std::vector<std::string>{"/bin/true", "a b"}));
}

TEST(HttpUrl, Parts) {
  auto url = parse_http_url("http://alerts.example:8080/x/y?z=1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "alerts.example");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->path, "/x/y?z=1");
  EXPECT_EQ(parse_http_url("http://[::1]/")->host, "::1");
  EXPECT_EQ(parse_http_url("http://h")->path, "/");
}

TEST_F(ConfigFiles, ReloadAppliesNamesAndKeeps) {
  const std::string file = write("seabed.toml", "[limits]\nbackup_threads = 3\n[log]\nlevel = \"info\"\n");
  LiveConfig live(*load());
  std::string level;
  live.on("log", [&](const Config& next) -> Result<LiveConfig::Commit> {
    return LiveConfig::Commit([&level, wanted = next.log.level] { level = wanted; });
  });
  write("seabed.toml", "[limits]\nbackup_threads = 4\n[log]\nlevel = \"debug\"\n");
  auto answer = live.reload();
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(level, "debug");
  EXPECT_EQ((*answer)["applied"].dump(), "[\"log.level\"]");
  EXPECT_EQ((*answer)["needs_restart"].dump(), "[\"limits.backup_threads\"]");
  EXPECT_EQ((*live.reload())["needs_restart"].dump(),
            "[\"limits.backup_threads\"]");  // until it is restarted
  EXPECT_EQ(live.config().limits.backup_threads, 4u);
  EXPECT_TRUE(live.outcome().last_good);
  write("seabed.toml", "[limits]\nbackup_threads = \"x\"\n");
  EXPECT_FALSE(live.reload());
  EXPECT_FALSE(live.outcome().last_good);
  EXPECT_EQ(live.config().log.level, "debug");
}

/// A part that cannot be applied keeps the others from it, also those before it.
TEST_F(ConfigFiles, ReloadAppliesAllOrNothing) {
  write("seabed.toml", "[log]\nlevel = \"info\"\n");
  LiveConfig live(*load());
  std::string level = "info";
  bool busy = true;
  live.on("log", [&](const Config& next) -> Result<LiveConfig::Commit> {
    return LiveConfig::Commit([&level, wanted = next.log.level] { level = wanted; });
  });
  live.on("metrics", [&](const Config&) -> Result<LiveConfig::Commit> {
    if (busy) return fail(Code::kIo, "[metrics] listen", "is in use");
    return LiveConfig::Commit([] {});
  });
  write("seabed.toml", "[log]\nlevel = \"debug\"\n");
  EXPECT_FALSE(live.reload());
  EXPECT_EQ(level, "info");
  EXPECT_EQ(live.config().log.level, "info");
  busy = false;
  ASSERT_TRUE(live.reload());
  EXPECT_EQ(level, "debug");
}

TEST(ChangedKeys, BothWays) {
  EXPECT_EQ(changed_keys({{"a", "1", ""}, {"b", "1", "x"}, {"c", "1", ""}},
                         {{"a", "2", ""}, {"b", "1", "y"}, {"d", "1", ""}}),
            (std::vector<std::string>{"a", "d", "c"}));
}

TEST_F(ConfigFiles, AllowedDestinationsAreReadAndChecked) {
  write("seabed.toml", "[drivers]\nallowed_destinations = [\"s3://bucket/shop\", \"https://*.example.com\"]\n");
  auto config = load();
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->storage.allowed_destinations, (std::vector<std::string>{"s3://bucket/shop", "https://*.example.com"}));
  EXPECT_NE(value(*config, "drivers.allowed_destinations").origin, "(none)");
  for (const char* bad : {"", "/backup", "user@host", "s3://b?access_key=SECRET"}) {
    write("seabed.toml", std::string("[drivers]\nallowed_destinations = [\"") + bad + "\"]\n");
    const std::string why = refused();
    EXPECT_NE(why.find("seabed.toml:2"), why.npos) << why;
    EXPECT_EQ(why.find("SECRET"), why.npos) << why;
  }
}

TEST_F(ConfigFiles, RolesAndAudit) {
  write("seabed.toml", "[agent]\ncatalog = \"/srv/seabed/c.db\"\n[roles]\nsocket_group = \"root\"\n"
                       "[roles.sys]\ngroups = [\"root\", \"no such group\"]\n[roles.shop]\nusers = [\"root\", \"70001\"]\n" +
                           tenant("shop"));
  auto config = load();
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->roles.sys.groups, (std::vector<std::string>{"root", "no such group"}));
  EXPECT_EQ(config->roles.tenants.at("shop").users, (std::vector<std::string>{"root", "70001"}));
  EXPECT_EQ(config->roles.socket_group, "root");
  EXPECT_EQ(config->audit_file, "/srv/seabed/audit.log") << "beside the catalog";
  EXPECT_EQ(value(*config, "roles.shop.users").value, "root 70001");
  EXPECT_EQ(value(*config, "audit.file").origin, "default");
  const auto problems = check_config(*config);
  EXPECT_EQ(std::count_if(problems.begin(), problems.end(), [](auto& p) { return p.find("no such group") != p.npos; }), 1);
  write("seabed.toml", "[roles.shop]\nuser = [\"root\"]\n");
  EXPECT_NE(refused().find("unknown key 'user'"), std::string::npos) << refused();
  for (const char* name : {"META$1002", "meta$1002", "sys", "SYS", "Sys", "all", "ALL", "All_User"}) {
    write("seabed.toml", tenant(name));
    EXPECT_NE(refused().find("is not a name for a tenant"), std::string::npos) << refused();
  }
}

}  // namespace
}  // namespace seabed
