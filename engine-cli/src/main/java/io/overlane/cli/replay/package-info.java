// SPDX-License-Identifier: Apache-2.0
/** {@code replay}: runs a capture through the engine, packet by packet. */
@NullMarked
package io.overlane.cli.replay;

import org.jspecify.annotations.NullMarked;
