// SPDX-License-Identifier: Apache-2.0
/**
 * The replay of a capture through an engine: the same capture and configuration always give the same frames, tables,
 * counters and verdicts.
 *
 * <pre>
 *  capture of a host:    LinkLayer -> IPv4 / IPv6 -> Reassembly -> UDP -> ReplayUnderlay ─► engine ─► frames,
 *                            '------------ one DropReason each ---'                        ▲          verdicts, …
 *  capture of an engine: outer records of what came in ──────────────────► ReplayUnderlay ─┤
 *                        inner records of what came in ──────────────────► ReplayPort ─────┘
 * </pre>
 */
@NullMarked
package io.overlane.replay;

import org.jspecify.annotations.NullMarked;
