// SPDX-License-Identifier: Apache-2.0
/**
 * The fast path in the kernel: programs at the devices that carry frames of known stations between a TAP and the
 * underlay, so that these frames never reach the engine. All others take the engine's way, unchanged.
 */
@NullMarked
package io.overlane.ebpf;

import org.jspecify.annotations.NullMarked;
