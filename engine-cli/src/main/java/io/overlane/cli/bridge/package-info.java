// SPDX-License-Identifier: Apache-2.0
/** {@code tun-bridge}: a device and a socket joined by an engine, under the hand of whoever runs it. */
package io.overlane.cli.bridge;
