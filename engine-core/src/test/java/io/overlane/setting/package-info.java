/** Tests of all settings together. */
package io.overlane.setting;
