// SPDX-License-Identifier: Apache-2.0
/** Checks of the values that an application sets, with errors that name the setting and the value. */
@NullMarked
package io.overlane.setting;

import org.jspecify.annotations.NullMarked;
