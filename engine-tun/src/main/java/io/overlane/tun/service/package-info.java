// SPDX-License-Identifier: Apache-2.0
/** Reports to systemd, the service manager: ready, reading the configuration again, stopping, and alive. */
@NullMarked
package io.overlane.tun.service;

import org.jspecify.annotations.NullMarked;
