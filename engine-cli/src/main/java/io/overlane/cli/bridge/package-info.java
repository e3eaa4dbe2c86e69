// SPDX-License-Identifier: Apache-2.0
/** {@code tun-bridge}: a device and a socket joined by an engine, with admin socket and reload. */
@NullMarked
package io.overlane.cli.bridge;

import org.jspecify.annotations.NullMarked;
