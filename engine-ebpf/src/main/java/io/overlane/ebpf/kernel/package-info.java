// SPDX-License-Identifier: Apache-2.0
/**
 * Maps, programs and links of the kernel's BPF machine, made with bpf(2). Each is a file descriptor: nothing is pinned,
 * so everything ends with the process, however it ends.
 */
@NullMarked
package io.overlane.ebpf.kernel;

import org.jspecify.annotations.NullMarked;
