// SPDX-License-Identifier: Apache-2.0
/** The annotation for tests, in any module, that prove a row of the conformance list. */
@NullMarked
package io.overlane.conformance;

import org.jspecify.annotations.NullMarked;
