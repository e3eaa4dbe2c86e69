// SPDX-License-Identifier: Apache-2.0
/**
 * Programs for the kernel's BPF machine (RFC 9669), written in Java. {@code Assembler} takes instructions and makes
 * {@code Code} of them, which has the bytes for the kernel and a listing for people.
 */
@NullMarked
package io.overlane.ebpf.assembler;

import org.jspecify.annotations.NullMarked;
