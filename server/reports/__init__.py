"""Reports of the office: what was needed, given and received, by stage, agregator and area, and one
pledge followed to the households; as workbooks and on paper."""
