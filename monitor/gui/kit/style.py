"""The look of Qt's own widgets, written from the theme: hairlines, no shadows, a visible focus."""

from PySide6.QtGui import QColor

from monitor.gui.kit.fonts import FAMILY, TEXT_PX
from monitor.gui.kit.theme import Theme, blend


def stylesheet(theme: Theme) -> str:
    """The style sheet of a window in a theme."""
    raised, line, text = _css(theme.raised), _css(theme.hairline), _css(theme.text)
    dim, accent, panel = _css(theme.dim), _css(theme.accent), _css(theme.panel)
    selected = _css(blend(theme.accent, theme.panel, 0.16))
    return f"""
QMainWindow, QWidget#ground {{ background: {_css(theme.background)}; }}
QLabel {{ color: {text}; background: transparent; }}
QLabel#dim {{ color: {dim}; }}
QLabel#wrong {{ color: {_css(theme.bad)}; }}
QFrame#card {{ background: {panel}; border: 1px solid {line}; }}
QFrame#card QWidget {{ background: {panel}; }}
QPushButton {{
  color: {text}; background: {panel}; border: 1px solid {line}; border-radius: 4px;
  padding: 3px 10px;
}}
QPushButton:hover {{ background: {raised}; }}
QPushButton:checked {{ background: {selected}; border-color: {accent}; }}
QPushButton:disabled {{ color: {_css(theme.faint)}; }}
QPushButton:focus, QComboBox:focus, QSpinBox:focus, QPlainTextEdit:focus, QLineEdit:focus {{
  border: 1px solid {accent};
}}
QLineEdit, QComboBox, QSpinBox, QPlainTextEdit {{
  color: {text}; background: {raised}; border: 1px solid {line}; border-radius: 4px;
  padding: 3px 6px; selection-background-color: {accent};
  selection-color: {_css(theme.background)};
}}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{
  color: {text}; background: {raised}; border: 1px solid {line};
  selection-background-color: {selected}; selection-color: {text};
}}
QMenu, QToolTip {{ font-family: "{FAMILY}"; font-size: {TEXT_PX}px; }}
QMenu {{ color: {text}; background: {raised}; border: 1px solid {line}; padding: 4px 0; }}
QMenu::item {{ padding: 4px 24px 4px 26px; }}
QMenu::item:selected {{ background: {selected}; }}
QMenu::indicator {{ width: 6px; height: 6px; left: 11px; border-radius: 3px; }}
QMenu::icon {{ left: 6px; }}
QMenu::indicator:checked {{ background: {accent}; }}
QMenu::item:disabled {{ color: {_css(theme.faint)}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 0; }}
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {line}; }}
QScrollArea {{ border: none; background: {panel}; }}
QScrollBar:vertical {{ background: {panel}; width: 10px; }}
QScrollBar:horizontal {{ background: {panel}; height: 10px; }}
QScrollBar::handle {{ background: {line}; border-radius: 3px; margin: 2px; min-height: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QSlider::groove:horizontal {{ height: 2px; background: {line}; }}
QSlider::sub-page:horizontal {{ height: 2px; background: {accent}; }}
QSlider::handle:horizontal {{
  width: 10px; height: 10px; margin: -5px 0; border-radius: 5px; background: {accent};
}}
QSlider:focus {{ border: 1px solid {accent}; border-radius: 4px; }}
{_docking(theme)}
"""


def _docking(theme: Theme) -> str:
    """The docking library's widgets, whose own sheet has icons and gradients."""
    line, panel, raised = _css(theme.hairline), _css(theme.panel), _css(theme.raised)
    dim, text = _css(theme.dim), _css(theme.text)
    return f"""
ads--CDockContainerWidget, ads--CDockAreaWidget, ads--CDockWidget {{
  background: {panel}; border: none; padding: 0;
}}
ads--CDockContainerWidget > QSplitter {{ padding: 0; }}
ads--CDockSplitter::handle {{ background: {line}; width: 1px; height: 1px; }}
ads--CDockSplitter::handle:hover {{ background: {_css(theme.accent)}; }}
ads--CDockAreaTitleBar {{
  background: {_css(theme.background)}; border-bottom: 1px solid {line}; padding: 0;
}}
ads--CDockWidgetTab {{ background: {_css(theme.background)}; border: none; padding: 0 6px; }}
ads--CDockWidgetTab[activeTab="true"] {{ background: {raised}; }}
ads--CDockWidgetTab QLabel {{ color: {dim}; }}
ads--CDockWidgetTab[activeTab="true"] QLabel {{ color: {text}; }}
ads--CDockWidgetTab QAbstractButton, ads--CDockAreaTitleBar QAbstractButton {{
  color: {dim}; background: transparent; border: none; padding: 0 4px; min-width: 14px;
}}
ads--CDockWidgetTab QAbstractButton:hover, ads--CDockAreaTitleBar QAbstractButton:hover {{
  background: {line};
}}
ads--CTitleBarButton, ads--CDockWidgetTab #tabCloseButton {{ padding: 0 4px; }}
ads--CFloatingDockContainer {{ background: {panel}; }}
"""


def _css(colour: QColor) -> str:
    return colour.name()
