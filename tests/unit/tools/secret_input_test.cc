// Secrets come from files and from the terminal; the terminal is a real pseudo terminal whose output is
// looked at.
#include "tools/cli/secret_input.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <filesystem>
#include <fstream>

namespace seabed {
namespace {

class SecretFile : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/seabed-secret-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string file(const std::string& text, mode_t mode = 0600) {
    const std::string path = directory_ + "/secret";
    std::ofstream(path, std::ios::binary) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  std::string directory_;
};

TEST_F(SecretFile, FirstLineWithoutItsEnd) {
  EXPECT_EQ(*read_secret_file(file("open sesame\r\nnot this\n"), "--password-file"), "open sesame");
  EXPECT_EQ(*read_secret_file(file("no newline"), "--password-file"), "no newline");
}

TEST_F(SecretFile, EveryLine) {
  auto lines = read_secret_lines(file("one\n\ntwo\n"), "--passwords-file");
  ASSERT_TRUE(lines);
  EXPECT_EQ(*lines, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(read_secret_lines(file("\n\n"), "--passwords-file").error().code, Code::kInvalidArgument);
}

TEST_F(SecretFile, RefusesWhatIsNoSecret) {
  EXPECT_EQ(read_secret_file(file(""), "--password-file").error().code, Code::kInvalidArgument);
  EXPECT_EQ(read_secret_file(file("\nsecond"), "--password-file").error().code, Code::kInvalidArgument);
  EXPECT_EQ(read_secret_file(file(std::string(5000, 'x')), "--password-file").error().code,
            Code::kInvalidArgument);
  EXPECT_EQ(read_secret_file(directory_ + "/none", "--password-file").error().code, Code::kNotFound);
  auto open = read_secret_file(file("hush", 0644), "--password-file");
  EXPECT_EQ(open.error().code, Code::kPermissionDenied);
  EXPECT_EQ(open.error().message().find("hush"), std::string::npos);
  auto nul = read_secret_file(file(std::string("hu\0sh", 5)), "--password-file");
  EXPECT_EQ(nul.error().code, Code::kInvalidArgument);
  EXPECT_EQ(nul.error().message().find("hu"), std::string::npos);
}

struct Seen {
  std::string screen;  // all that the terminal showed
  int status = -1;     // of the child: 0 when ask_secret gave `wanted`
};

std::string read_until(int terminal, const std::string& mark) {
  std::string seen;
  for (pollfd wait{terminal, POLLIN, 0}; seen.find(mark) == std::string::npos;) {
    char bytes[256];
    if (::poll(&wait, 1, 20'000) <= 0) break;
    const ssize_t n = ::read(terminal, bytes, sizeof bytes);
    if (n <= 0) break;
    seen.append(bytes, static_cast<size_t>(n));
  }
  return seen;
}

/// Types an answer at each prompt of a child that asks.
Seen type(const std::vector<std::string>& answers, const std::string& wanted, Code code = Code::kInternal) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    auto secret = ask_secret("password", answers.size() > 1);
    const bool good = secret ? *secret == wanted : secret.error().code == code;
    ::_exit(good ? 0 : 1);
  }
  Seen seen;
  for (const std::string& answer : answers) {
    seen.screen += read_until(terminal, ": ");
    if (::write(terminal, answer.data(), answer.size()) < 0) break;
  }
  seen.screen += read_until(terminal, "never there");
  ::waitpid(child, &seen.status, 0);
  ::close(terminal);
  return seen;
}

TEST(AskSecret, ShowsNothingOfTheAnswer) {
  auto seen = type({"open sesame\n"}, "open sesame");
  EXPECT_EQ(seen.status, 0);
  EXPECT_NE(seen.screen.find("password: "), std::string::npos);
  EXPECT_EQ(seen.screen.find("sesame"), std::string::npos) << seen.screen;
}

TEST(AskSecret, KeysTakeBackWhatWasTyped) { EXPECT_EQ(type({"wrong\025abx\177c\n"}, "abc").status, 0); }

TEST(AskSecret, TwoAnswersMustBeOne) {
  EXPECT_EQ(type({"abc\n", "abc\n"}, "abc").status, 0);
  EXPECT_EQ(type({"abc\n", "abd\n"}, "", Code::kInvalidArgument).status, 0);
}

TEST(AskSecret, CanBeGivenUp) {
  EXPECT_EQ(type({"ab\003"}, "", Code::kCancelled).status, 0);
  EXPECT_EQ(type({"\004"}, "", Code::kCancelled).status, 0);
  EXPECT_EQ(type({"\n"}, "", Code::kInvalidArgument).status, 0);
}

TEST(AskSecret, NeedsATerminal) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();  // leaves the controlling terminal
    auto secret = ask_secret("password", false);
    ::_exit(!secret && secret.error().code == Code::kInvalidArgument ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace seabed
