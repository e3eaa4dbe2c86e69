// SPDX-License-Identifier: Apache-2.0
/** The run of the JVM that decides which classes an archive of classes has. */
@NullMarked
package io.overlane.cli.archive;

import org.jspecify.annotations.NullMarked;
