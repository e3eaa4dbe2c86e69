// SPDX-License-Identifier: Apache-2.0
/** {@code replay}: a capture run through the engine, packet by packet, with a verdict each. */
package io.overlane.cli.replay;
