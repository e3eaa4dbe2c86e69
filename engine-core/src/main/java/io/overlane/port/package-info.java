// SPDX-License-Identifier: Apache-2.0
/** Ports: where frames of a host, an application or a test enter the engine, and where they leave it. */
@NullMarked
package io.overlane.port;

import org.jspecify.annotations.NullMarked;
