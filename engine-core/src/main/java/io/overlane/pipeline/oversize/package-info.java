// SPDX-License-Identifier: Apache-2.0
/**
 * Frames that are too long for a path: what the engine knows of path MTUs, and the ICMP error that tells the sender.
 */
package io.overlane.pipeline.oversize;
