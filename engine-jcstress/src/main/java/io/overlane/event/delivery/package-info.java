// SPDX-License-Identifier: Apache-2.0
/** The delivery of events under stress. */
package io.overlane.event.delivery;
