// SPDX-License-Identifier: Apache-2.0
/** Turns the options of a bridge into a plan for this host, complete and checked before anything starts. */
@NullMarked
package io.overlane.cli.bridge.plan;

import org.jspecify.annotations.NullMarked;
