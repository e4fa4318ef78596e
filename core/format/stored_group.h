#pragma once
// Log groups that are not stored as they are: compressed, encrypted or both (docs/format/encryption.md). Pure and
// deterministic: a retry at the same place of the same file sends the same bytes.

#include <string>

#include "core/format/cipher.h"
#include "core/format/log_group_codec.h"

namespace seabed {

/// How one log file keeps its groups: decided when the file is made and never changed, since a second form of the same
/// group at the same offset would use a nonce twice.
struct LogFileCipher {
  Secret file_key;       // log_file_key
  std::string place;     // log_file_place
};
/// What the wrapped data key of a log file is bound to.
inline std::string log_key_subject(uint64_t tenant_id) { return "log/" + std::to_string(tenant_id); }
/// A key of the file's own: `salt` is random, made with the file, and in its header.
Result<Secret> log_file_key(const Secret& data_key, std::string_view salt);
/// What its groups are bound to: tenant, destination, round, piece, stream and file, and with LogFileHeader.bound everything
/// else that the header says, its key included.
std::string log_file_place(const meta::LogFileHeader& header);

/// In the header of a file in clear whose tenant has keys: made with `clear_key` (clear_log_key of its newest master key), so
/// that nobody without a key passes a file in clear off for an encrypted one. 32 bytes.
std::string clear_log_proof(const Secret& clear_key, const meta::LogFileHeader& header);

/// A plain group as it is to stand at `offset` of the file, encoded. The nonce is the offset. `cipher` may be null.
Result<std::string> store_group(LogGroup group, const LogFileCipher* cipher, bool compress, uint64_t offset);
/// The reverse, for a group that decode_group read at `offset`: `group` is plain afterwards. Its checksum has held.
/// kPermissionDenied 9047: encrypted, and `cipher` is null. kCorruption: it does not open.
Status load_group(LogGroup* group, const LogFileCipher* cipher, uint64_t offset, const std::string& what);

}  // namespace seabed
