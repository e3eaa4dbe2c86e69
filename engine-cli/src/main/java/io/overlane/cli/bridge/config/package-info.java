// SPDX-License-Identifier: Apache-2.0
/** The configuration file of a bridge, whose keys are the options of the command line. */
@NullMarked
package io.overlane.cli.bridge.config;

import org.jspecify.annotations.NullMarked;
